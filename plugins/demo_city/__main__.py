from demo_city.cli import main

main()

"""Statistical slices («настраиваемые статистические разрезы»): a governed list of measures and dimensions
(`catalogue.yml`), counted over the published marts, with cells of too few records hidden."""

"""Settings of Airflow's FAB auth manager (AIRFLOW__FAB__CONFIG_FILE): people with passwords of this installation."""

from flask_appbuilder.const import AUTH_DB

from mcu.server.airflow_accounts import Accounts

AUTH_TYPE = AUTH_DB
SECURITY_MANAGER_CLASS = Accounts
WTF_CSRF_ENABLED = True

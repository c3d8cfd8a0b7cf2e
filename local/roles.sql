-- The two roles and the database of data.md 1. Run by psql as superuser; the embedded PostgreSQL and the Compose file
-- share it. Passwords come from the environment, so none is on a command line. Idempotent.
\getenv owner_password OWNER_PASSWORD
\getenv runtime_password RUNTIME_PASSWORD
SELECT format('CREATE ROLE %I', name) FROM (VALUES ('fs_owner'), ('fs_runtime')) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE fs_owner LOGIN NOSUPERUSER NOCREATEROLE CREATEDB PASSWORD :'owner_password';
ALTER ROLE fs_runtime LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'runtime_password';
-- A refused statement and its DETAIL hold what people typed: PostgreSQL's log gets the error, never the values.
ALTER ROLE fs_owner SET log_min_error_statement = 'panic';
ALTER ROLE fs_owner SET log_error_verbosity = 'terse';
ALTER ROLE fs_runtime SET log_min_error_statement = 'panic';
ALTER ROLE fs_runtime SET log_error_verbosity = 'terse';
ALTER ROLE fs_runtime SET log_parameter_max_length_on_error = 0;
SELECT 'CREATE DATABASE family_support OWNER fs_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'family_support') \gexec
REVOKE ALL ON DATABASE family_support, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE family_support TO fs_runtime;
-- Where the owner stands while it makes and drops the tests' databases.
GRANT CONNECT ON DATABASE postgres TO fs_owner;

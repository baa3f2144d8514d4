-- The roles, and one database that belongs to the first of them.
--
-- psql runs this file as a superuser; running it again changes nothing. Its readers: clinic/localservices
-- (demo and tests) and the entrypoint of the postgres image (docker-compose.yml mounts it).
-- A password is set only where its environment variable is.
\set ON_ERROR_STOP on
\set database waymark
\getenv database WAYMARK_DATABASE
\getenv migrator_password WAYMARK_MIGRATOR_PASSWORD
\getenv runtime_password WAYMARK_RUNTIME_PASSWORD
\getenv maintenance_password WAYMARK_MAINTENANCE_PASSWORD

-- Two test workers may come here at once: one ALTER ROLE at a time.
SELECT pg_advisory_lock(7239021) \g /dev/null

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['waymark_migrator', 'waymark_runtime', 'waymark_maintenance', 'waymark_erasure']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- Owner: runs migrations, and nothing else does so under this name.
ALTER ROLE waymark_migrator LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
-- Web, workers, mailer: bound by row-level security, owns nothing, cannot truncate.
ALTER ROLE waymark_runtime LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
-- Backup, seed, restore drill, data repairs: sees every clinic.
ALTER ROLE waymark_maintenance LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;
-- Lawful erasure from the audit tables, and nothing else. Nobody signs in as this role, and maintenance has to
-- take it on in so many words (SET ROLE): it inherits nothing from it.
ALTER ROLE waymark_erasure NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT waymark_erasure TO waymark_maintenance WITH INHERIT FALSE, SET TRUE;

-- What PostgreSQL says of a refused statement holds the row ("Failing row contains ..."): the application logs
-- sqlstate and constraint instead, and the server says nothing below FATAL, and with that no statement and no
-- parameter. Set on the roles, so that tuning the server's log does not bring them back.
SELECT format('ALTER ROLE %I SET %s', name, setting)
  FROM unnest(ARRAY['waymark_migrator', 'waymark_runtime', 'waymark_maintenance']) AS name,
       unnest(ARRAY['log_min_messages = fatal', 'log_min_error_statement = panic', 'log_error_verbosity = terse',
                    'log_parameter_max_length = 0', 'log_parameter_max_length_on_error = 0']) AS setting \gexec

\if :{?migrator_password}
ALTER ROLE waymark_migrator PASSWORD :'migrator_password';
\endif
\if :{?runtime_password}
ALTER ROLE waymark_runtime PASSWORD :'runtime_password';
\endif
\if :{?maintenance_password}
ALTER ROLE waymark_maintenance PASSWORD :'maintenance_password';
\endif

SELECT format('CREATE DATABASE %I OWNER waymark_migrator', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO waymark_runtime, waymark_maintenance;

\connect :"database"
ALTER SCHEMA public OWNER TO waymark_migrator;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO waymark_runtime, waymark_maintenance, waymark_erasure;

-- What a migration creates is usable at once: no migration needs a GRANT of its own.
ALTER DEFAULT PRIVILEGES FOR ROLE waymark_migrator IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO waymark_runtime;
ALTER DEFAULT PRIVILEGES FOR ROLE waymark_migrator IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO waymark_maintenance;
ALTER DEFAULT PRIVILEGES FOR ROLE waymark_migrator IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO waymark_runtime;
ALTER DEFAULT PRIVILEGES FOR ROLE waymark_migrator IN SCHEMA public
  GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO waymark_maintenance;

-- The search by name uses a trigram index.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

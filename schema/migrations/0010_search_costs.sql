-- So that it is looked up and not computed row by row.
ALTER FUNCTION name_parts(text) COST 500;--> statement-breakpoint
ALTER TABLE "players" DROP COLUMN "seen_at";
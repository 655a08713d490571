-- What a crash may lose and nodes tell again (shared-state.md, "Sync").
ALTER TABLE "presence" SET UNLOGGED;--> statement-breakpoint
ALTER TABLE "presence_generation" SET UNLOGGED;--> statement-breakpoint
INSERT INTO "meta" DEFAULT VALUES;--> statement-breakpoint
-- The first node makes it 1.
INSERT INTO "directory" ("version") VALUES (0);

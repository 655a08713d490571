CREATE TABLE "bans" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"reason" text NOT NULL,
	"until" timestamp with time zone,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"lifted_by" uuid,
	"lifted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"caller" text NOT NULL,
	"key" text NOT NULL,
	"request" text NOT NULL,
	"status" smallint,
	"answer" jsonb,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_caller_key_pk" PRIMARY KEY("caller","key")
);
--> statement-breakpoint
CREATE TABLE "player_history" (
	"capcom_id" text NOT NULL,
	"version" integer NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"actor" text NOT NULL,
	"change" text NOT NULL,
	"name" "bytea" NOT NULL,
	"settings" "bytea",
	CONSTRAINT "player_history_capcom_id_version_pk" PRIMARY KEY("capcom_id","version")
);
--> statement-breakpoint
CREATE TABLE "stats_samples" (
	"at" timestamp with time zone PRIMARY KEY NOT NULL,
	"players_online" bigint NOT NULL,
	"nodes" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "enrol_tokens" ADD COLUMN "id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "enrol_tokens" ADD COLUMN "revoked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "drain_ordered" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "players" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "operator_keys" ADD COLUMN "role" text DEFAULT 'own' NOT NULL;--> statement-breakpoint
CREATE INDEX "bans_in_force" ON "bans" USING btree ("kind","subject") WHERE "bans"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "player_history_at" ON "player_history" USING btree ("at");--> statement-breakpoint
ALTER TABLE "enrol_tokens" ADD CONSTRAINT "enrol_tokens_id_unique" UNIQUE("id");--> statement-breakpoint
-- The hunters that there are already: a first row to go back to.
INSERT INTO "player_history" ("capcom_id", "version", "actor", "change", "name", "settings") SELECT "capcom_id", "version", 'central', 'created', "name", "settings" FROM "players";

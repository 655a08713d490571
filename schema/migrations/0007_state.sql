CREATE TABLE "creations" (
	"hour" timestamp with time zone NOT NULL,
	"node_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"made" integer NOT NULL,
	CONSTRAINT "creations_hour_node_id_kind_source_pk" PRIMARY KEY("hour","node_id","kind","source")
);
--> statement-breakpoint
CREATE TABLE "heartbeat" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "heartbeat_one_row" CHECK ("heartbeat"."id" = 1)
);
--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "epoch_floor" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "server_limits" jsonb;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "soft" integer;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "region" text;--> statement-breakpoint
ALTER TABLE "leases" ADD COLUMN "attempt" uuid;--> statement-breakpoint
ALTER TABLE "meta" ADD COLUMN "fingerprint" text;--> statement-breakpoint
ALTER TABLE "meta" ADD COLUMN "fence_floor" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "meta" ADD COLUMN "server_limits" jsonb;
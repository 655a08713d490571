CREATE TABLE "node_reach" (
	"node_id" uuid PRIMARY KEY NOT NULL,
	"listed" boolean NOT NULL,
	"proven" jsonb,
	"proven_at" timestamp with time zone,
	"dialled_at" timestamp with time zone,
	"findings" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "enrol_tokens" ADD COLUMN "own_machine" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "enrol_tokens" ADD COLUMN "reachable_at" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "drain_quest_seconds" integer DEFAULT 3600 NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "own_machine" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "reachable_at" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "node_reach" ADD CONSTRAINT "node_reach_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;
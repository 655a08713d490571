CREATE TABLE "journal_refusals" (
	"stream" uuid NOT NULL,
	"number" bigint NOT NULL,
	"code" text NOT NULL,
	"detail" text NOT NULL,
	"refused_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "journal_refusals_stream_number_pk" PRIMARY KEY("stream","number")
);
--> statement-breakpoint
CREATE TABLE "journals" (
	"stream" uuid PRIMARY KEY NOT NULL,
	"node_id" uuid NOT NULL,
	"applied" bigint DEFAULT 0 NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "questions" (
	"node_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"answered_at" timestamp with time zone,
	"answer" jsonb,
	CONSTRAINT "questions_node_id_kind_subject_pk" PRIMARY KEY("node_id","kind","subject")
);
--> statement-breakpoint
ALTER TABLE "node_epochs" ADD COLUMN "report" jsonb;--> statement-breakpoint
ALTER TABLE "nodes" ADD COLUMN "consistency_ordered" text;--> statement-breakpoint
ALTER TABLE "leases" ADD COLUMN "last_node_id" uuid;--> statement-breakpoint
CREATE INDEX "journals_node" ON "journals" USING btree ("node_id");
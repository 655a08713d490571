CREATE SEQUENCE "public"."letter_numbers" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "enrol_tokens" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"entry" boolean NOT NULL,
	"world" boolean NOT NULL,
	"uses_left" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mail" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "mail_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"node_id" uuid NOT NULL,
	"number" bigint,
	"kind" text NOT NULL,
	"body" jsonb NOT NULL,
	"written_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "mail_order" UNIQUE("node_id","number")
);
--> statement-breakpoint
CREATE TABLE "node_epochs" (
	"node_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"entry" boolean NOT NULL,
	"world" boolean NOT NULL,
	"software" text NOT NULL,
	"opn" jsonb,
	"lmp" jsonb,
	"fmp" jsonb,
	"rfp" jsonb,
	"draining" boolean DEFAULT false NOT NULL,
	"last_sync" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"renewed_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "node_epochs_node_id_epoch_pk" PRIMARY KEY("node_id","epoch")
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"key_hash" text NOT NULL,
	"entry" boolean NOT NULL,
	"world" boolean NOT NULL,
	"newest_epoch" integer DEFAULT 0 NOT NULL,
	"enrolled_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "nodes_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "servers" (
	"id" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"gates" integer NOT NULL,
	"cities" integer NOT NULL,
	"capacity" integer NOT NULL,
	"gate_capacity" integer DEFAULT 100 NOT NULL,
	"city_capacity" integer DEFAULT 4 NOT NULL,
	"node_id" uuid,
	"epoch" integer
);
--> statement-breakpoint
CREATE TABLE "consoles" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"support_code" text NOT NULL,
	"media_version" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_login_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consoles_support_code_unique" UNIQUE("support_code")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"capcom_id" text PRIMARY KEY NOT NULL,
	"fence" bigint DEFAULT 0 NOT NULL,
	"node_id" uuid,
	"epoch" integer,
	"server_id" integer,
	"login" uuid,
	"claimed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "players" (
	"capcom_id" text PRIMARY KEY NOT NULL,
	"console_id" uuid NOT NULL,
	"slot" smallint NOT NULL,
	"name" "bytea" NOT NULL,
	"name_text" text NOT NULL,
	"name_folded" text NOT NULL,
	"rank" integer DEFAULT 0 NOT NULL,
	"weapon" text,
	"settings" "bytea",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "players_console_slot" UNIQUE("console_id","slot"),
	CONSTRAINT "players_slot" CHECK ("players"."slot" between 1 and 6)
);
--> statement-breakpoint
CREATE TABLE "seats" (
	"capcom_id" text PRIMARY KEY NOT NULL,
	"server_id" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"hash" text PRIMARY KEY NOT NULL,
	"serial" bigint GENERATED ALWAYS AS IDENTITY (sequence name "tickets_serial_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"login" uuid NOT NULL,
	"console_id" uuid NOT NULL,
	"capcom_id" text,
	"issued_by" uuid NOT NULL,
	"targets" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"issued_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "presence" (
	"capcom_id" text PRIMARY KEY NOT NULL,
	"node_id" uuid NOT NULL,
	"epoch" integer NOT NULL,
	"fence" bigint NOT NULL,
	"server_id" integer NOT NULL,
	"gate" integer,
	"city" integer,
	"in_quest" boolean NOT NULL,
	"leader" boolean NOT NULL,
	"told_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "presence_generation" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"generation" uuid DEFAULT gen_random_uuid() NOT NULL,
	CONSTRAINT "presence_generation_one_row" CHECK ("presence_generation"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "directory" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "directory_one_row" CHECK ("directory"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "meta" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"incarnation" uuid DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "meta_one_row" CHECK ("meta"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "operator_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"key_hash" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "operator_keys_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
ALTER TABLE "node_epochs" ADD CONSTRAINT "node_epochs_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "servers" ADD CONSTRAINT "servers_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "players" ADD CONSTRAINT "players_console_id_consoles_id_fk" FOREIGN KEY ("console_id") REFERENCES "public"."consoles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "servers_node" ON "servers" USING btree ("node_id");--> statement-breakpoint
CREATE INDEX "leases_holder" ON "leases" USING btree ("node_id","epoch");--> statement-breakpoint
CREATE INDEX "leases_server" ON "leases" USING btree ("server_id");--> statement-breakpoint
CREATE INDEX "players_name_trigram" ON "players" USING gin ("name_folded" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "players_by_name" ON "players" USING btree ("name_folded","capcom_id");--> statement-breakpoint
CREATE INDEX "players_by_rank" ON "players" USING btree ("rank","capcom_id");--> statement-breakpoint
CREATE INDEX "players_by_seen" ON "players" USING btree ("seen_at","capcom_id");--> statement-breakpoint
CREATE INDEX "seats_server" ON "seats" USING btree ("server_id");--> statement-breakpoint
CREATE INDEX "tickets_login" ON "tickets" USING btree ("login");--> statement-breakpoint
CREATE INDEX "tickets_expiry" ON "tickets" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "presence_place" ON "presence" USING btree ("server_id","gate","city");--> statement-breakpoint
CREATE INDEX "presence_holder" ON "presence" USING btree ("node_id","epoch");--> statement-breakpoint
CREATE VIEW "public"."live_presence" AS (select "presence"."capcom_id", "presence"."node_id", "presence"."server_id", "presence"."gate", "presence"."city", "presence"."in_quest", "presence"."leader", "presence"."told_at" from "presence" inner join "leases" on ("leases"."capcom_id" = "presence"."capcom_id" and "leases"."fence" = "presence"."fence") inner join "node_epochs" on ("node_epochs"."node_id" = "presence"."node_id" and "node_epochs"."epoch" = "presence"."epoch" and "node_epochs"."expires_at" > clock_timestamp()) inner join "nodes" on ("nodes"."id" = "node_epochs"."node_id" and "nodes"."newest_epoch" = "node_epochs"."epoch") where ("leases"."node_id" = "presence"."node_id" and "leases"."epoch" = "presence"."epoch"));
CREATE TABLE "blacklist" (
	"owner" text NOT NULL,
	"blocked" text NOT NULL,
	"place" bigint GENERATED ALWAYS AS IDENTITY (sequence name "blacklist_place_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "blacklist_owner_blocked_pk" PRIMARY KEY("owner","blocked")
);
--> statement-breakpoint
CREATE TABLE "friend_requests" (
	"asked" text NOT NULL,
	"asker" text NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "friend_requests_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"info" "bytea" NOT NULL,
	"text" "bytea" NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "friend_requests_asked_asker_pk" PRIMARY KEY("asked","asker"),
	CONSTRAINT "friend_requests_number" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "friends" (
	"owner" text NOT NULL,
	"friend" text NOT NULL,
	"place" bigint GENERATED ALWAYS AS IDENTITY (sequence name "friends_place_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "friends_owner_friend_pk" PRIMARY KEY("owner","friend")
);
--> statement-breakpoint
ALTER TABLE "players" ADD COLUMN "denies_requests" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "blacklist" ADD CONSTRAINT "blacklist_owner_players_capcom_id_fk" FOREIGN KEY ("owner") REFERENCES "public"."players"("capcom_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blacklist" ADD CONSTRAINT "blacklist_blocked_players_capcom_id_fk" FOREIGN KEY ("blocked") REFERENCES "public"."players"("capcom_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "friend_requests" ADD CONSTRAINT "friend_requests_asked_players_capcom_id_fk" FOREIGN KEY ("asked") REFERENCES "public"."players"("capcom_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "friend_requests" ADD CONSTRAINT "friend_requests_asker_players_capcom_id_fk" FOREIGN KEY ("asker") REFERENCES "public"."players"("capcom_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "friends" ADD CONSTRAINT "friends_owner_players_capcom_id_fk" FOREIGN KEY ("owner") REFERENCES "public"."players"("capcom_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "friends" ADD CONSTRAINT "friends_friend_players_capcom_id_fk" FOREIGN KEY ("friend") REFERENCES "public"."players"("capcom_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "blacklist_blocked" ON "blacklist" USING btree ("blocked");--> statement-breakpoint
CREATE INDEX "friend_requests_asker" ON "friend_requests" USING btree ("asker");--> statement-breakpoint
CREATE INDEX "friends_friend" ON "friends" USING btree ("friend");
CREATE TABLE `blocks` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`lifetime_id` text NOT NULL,
	`block_num` integer NOT NULL,
	`block_type` text NOT NULL,
	`status` text NOT NULL,
	`row_count` integer NOT NULL,
	`first_exp_num` integer NOT NULL,
	`last_exp_num` integer NOT NULL,
	`task_names` text NOT NULL,
	`files` text NOT NULL,
	`created_at` integer NOT NULL,
	`closed_at` integer,
	FOREIGN KEY (`lifetime_id`) REFERENCES `lifetimes`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `blocks_lifetime_num_idx` ON `blocks` (`lifetime_id`,`block_num`);--> statement-breakpoint
CREATE INDEX `blocks_status_idx` ON `blocks` (`status`,`id`);--> statement-breakpoint
CREATE TABLE `experience_batches` (
	`id` text PRIMARY KEY NOT NULL,
	`lifetime_id` text NOT NULL,
	`block_num` integer NOT NULL,
	`writer` text NOT NULL,
	`sequence` integer NOT NULL,
	`part` integer NOT NULL,
	`body_hash` text NOT NULL,
	`row_count` integer NOT NULL,
	`payload` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`lifetime_id`) REFERENCES `lifetimes`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `experience_batches_writer_sequence_idx` ON `experience_batches` (`lifetime_id`,`writer`,`sequence`,`block_num`,`part`);--> statement-breakpoint
CREATE INDEX `experience_batches_block_idx` ON `experience_batches` (`lifetime_id`,`block_num`,`id`);--> statement-breakpoint
CREATE TABLE `lifetimes` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`stream_id` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`revision` integer NOT NULL,
	`columns` text,
	`row_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`stream_id`) REFERENCES `streams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `lifetimes_stream_name_idx` ON `lifetimes` (`stream_id`,`name`);--> statement-breakpoint
CREATE INDEX `lifetimes_stream_idx` ON `lifetimes` (`stream_id`,`id`);--> statement-breakpoint
CREATE TABLE `streams` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`scenario` text NOT NULL,
	`metrics_columns` text NOT NULL,
	`expert_stream_ids` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `streams_workspace_idx` ON `streams` (`workspace_id`,`id`);
CREATE TABLE `iterations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`loop_id` text NOT NULL,
	`number` integer NOT NULL,
	`status` text NOT NULL,
	`starts_from` integer NOT NULL,
	`decisions` text NOT NULL,
	`monitors` text,
	`gate` text,
	`alarms` text NOT NULL,
	`slots` text NOT NULL,
	`cost` text NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`loop_id`) REFERENCES `loops`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `iterations_loop_number_idx` ON `iterations` (`loop_id`,`number`);--> statement-breakpoint
CREATE TABLE `loop_steps` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`loop_id` text NOT NULL,
	`iteration` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`step` text NOT NULL,
	`status` text NOT NULL,
	`summary` text NOT NULL,
	`first_task` integer NOT NULL,
	`task_count` integer NOT NULL,
	`outputs` text NOT NULL,
	`seconds` real,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`loop_id`) REFERENCES `loops`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `loop_steps_loop_iteration_idx` ON `loop_steps` (`loop_id`,`iteration`,`ordinal`);--> statement-breakpoint
CREATE TABLE `loops` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`run_id` text NOT NULL,
	`stream_id` text,
	`name` text NOT NULL,
	`method` text NOT NULL,
	`parameters` text NOT NULL,
	`request` text NOT NULL,
	`start` text NOT NULL,
	`promoted` integer DEFAULT 0 NOT NULL,
	`iterations_done` integer DEFAULT 0 NOT NULL,
	`spent` text NOT NULL,
	`outcome` text,
	`reason` text,
	`paused_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `loops_workspace_idx` ON `loops` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `loops_run_idx` ON `loops` (`run_id`);
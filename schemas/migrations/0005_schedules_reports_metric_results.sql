CREATE TABLE `metric_results` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`lifetime_id` text NOT NULL,
	`revision` integer NOT NULL,
	`options` text NOT NULL,
	`code_version` text NOT NULL,
	`experts` text NOT NULL,
	`metrics` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`lifetime_id`) REFERENCES `lifetimes`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `metric_results_lifetime_idx` ON `metric_results` (`lifetime_id`,`id`);--> statement-breakpoint
CREATE TABLE `reports` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`schedule_id` text,
	`name` text NOT NULL,
	`query` text NOT NULL,
	`files` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `reports_workspace_idx` ON `reports` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `reports_schedule_idx` ON `reports` (`schedule_id`,`id`);--> statement-breakpoint
CREATE TABLE `schedule_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`schedule_id` text NOT NULL,
	`trigger` text NOT NULL,
	`due_at` integer NOT NULL,
	`status` text NOT NULL,
	`report_id` text,
	`error_code` text,
	`error_message` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	FOREIGN KEY (`schedule_id`) REFERENCES `schedules`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `schedule_runs_schedule_idx` ON `schedule_runs` (`schedule_id`,`id`);--> statement-breakpoint
CREATE INDEX `schedule_runs_status_idx` ON `schedule_runs` (`status`,`id`);--> statement-breakpoint
CREATE TABLE `schedules` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`cron` text NOT NULL,
	`timezone` text NOT NULL,
	`report` text NOT NULL,
	`is_paused` integer NOT NULL,
	`next_due_at` integer,
	`last_due_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `schedules_workspace_idx` ON `schedules` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `schedules_due_idx` ON `schedules` (`next_due_at`);
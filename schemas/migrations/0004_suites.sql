CREATE TABLE `shares` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`evaluation_id` text NOT NULL,
	`hash` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`evaluation_id`) REFERENCES `evaluations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shares_hash_idx` ON `shares` (`hash`);--> statement-breakpoint
CREATE INDEX `shares_workspace_idx` ON `shares` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `shares_evaluation_idx` ON `shares` (`evaluation_id`,`id`);--> statement-breakpoint
CREATE TABLE `suites` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`sets` text NOT NULL,
	`aggregate` text NOT NULL,
	`missing` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `suites_workspace_name_idx` ON `suites` (`workspace_id`,`name`);--> statement-breakpoint
CREATE INDEX `suites_workspace_idx` ON `suites` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `__new_evaluations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`run_id` text NOT NULL,
	`model_id` text NOT NULL,
	`version_id` text,
	`suite_id` text,
	`tasks` text NOT NULL,
	`scores` text,
	`results` text,
	`aggregates` text,
	`contamination_against` text,
	`metadata` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_evaluations`("id", "workspace_id", "run_id", "model_id", "version_id", "tasks", "scores", "created_at") SELECT "id", "workspace_id", "run_id", "model_id", "version_id", "tasks", "scores", "created_at" FROM `evaluations`;--> statement-breakpoint
DROP TABLE `evaluations`;--> statement-breakpoint
ALTER TABLE `__new_evaluations` RENAME TO `evaluations`;--> statement-breakpoint
CREATE UNIQUE INDEX `evaluations_run_idx` ON `evaluations` (`run_id`);--> statement-breakpoint
CREATE INDEX `evaluations_workspace_idx` ON `evaluations` (`workspace_id`,`id`);
CREATE TABLE `stream_imports` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`stream_id` text NOT NULL,
	`upload_id` text NOT NULL,
	`lifetime` text NOT NULL,
	`role` text NOT NULL,
	`status` text NOT NULL,
	`file_count` integer NOT NULL,
	`added_rows` integer NOT NULL,
	`known_rows` integer NOT NULL,
	`failures` text NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	FOREIGN KEY (`stream_id`) REFERENCES `streams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `stream_imports_stream_idx` ON `stream_imports` (`stream_id`,`id`);--> statement-breakpoint
CREATE INDEX `stream_imports_status_idx` ON `stream_imports` (`status`,`id`);--> statement-breakpoint
CREATE TABLE `stream_matrices` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`stream_id` text NOT NULL,
	`lifetime` text NOT NULL,
	`matrix` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`stream_id`) REFERENCES `streams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `stream_matrices_stream_idx` ON `stream_matrices` (`stream_id`,`id`);--> statement-breakpoint
CREATE INDEX `blocks_workspace_idx` ON `blocks` (`workspace_id`,`id`);
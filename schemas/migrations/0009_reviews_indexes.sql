CREATE TABLE `indexes` (
	`version_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`run_id` text NOT NULL,
	`key` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`version_id`) REFERENCES `versions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `reviews` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`version_id` text NOT NULL,
	`uid` text NOT NULL,
	`place` integer NOT NULL,
	`decision` text NOT NULL,
	`field` text,
	`value` text,
	`key_id` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`version_id`) REFERENCES `versions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `reviews_version_idx` ON `reviews` (`version_id`,`id`);--> statement-breakpoint
CREATE INDEX `reviews_version_uid_idx` ON `reviews` (`version_id`,`uid`);
ALTER TABLE `runners` ADD `counted_until` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `budget` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `prices` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `ended_attempts` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `spent_seconds` real;--> statement-breakpoint
ALTER TABLE `runs` ADD `spent_tokens` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `spent_money` real;--> statement-breakpoint
ALTER TABLE `tasks` ADD `leased_at` integer;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `prices` text;--> statement-breakpoint
UPDATE `api_keys` SET `scopes` = json_insert(`scopes`, '$[#]', 'workspace:write')
WHERE `workspace_id` IS NOT NULL AND (SELECT count(DISTINCT value) FROM json_each(`scopes`) WHERE value <> 'runner') = 18;

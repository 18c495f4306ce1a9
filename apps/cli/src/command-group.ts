import { Command } from "commander";

/** Commands under one word. */
export function commandGroup(name: string, description: string, members: readonly Command[]): Command {
  const parent = new Command(name).description(description);
  for (const member of members) parent.addCommand(member);
  return parent;
}

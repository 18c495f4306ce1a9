import { ApiError, createClient } from "@whetstone/schemas/client";
import type { DataFolder, Secrets } from "./data-folder.ts";

export interface Account {
  workspaceKey: string;
  runnerKey: string;
}

/** The stack's own workspace, its key and the key its runners hold; made once, kept in the data folder. */
export async function openAccount(folder: DataFolder, secrets: Secrets, baseUrl: string): Promise<Account> {
  const { workspaceKey, runnerKey } = secrets;
  if (workspaceKey && runnerKey && (await isAccepted(baseUrl, workspaceKey))) return { workspaceKey, runnerKey };

  const admin = createClient({ baseUrl, key: secrets.adminToken });
  const workspace = await admin.workspaces.create({ name: "local" });
  const runner = await admin.keys.createRunnerKey({ name: "local runners" });
  const account = { workspaceKey: workspace.key.secret, runnerKey: runner.secret };
  Object.assign(secrets, { workspaceId: workspace.id, ...account });
  await folder.writeSecrets(secrets);
  return account;
}

async function isAccepted(baseUrl: string, key: string): Promise<boolean> {
  try {
    await createClient({ baseUrl, key }).workspaces.current();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

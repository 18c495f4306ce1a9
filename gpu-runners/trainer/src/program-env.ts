/** The environment less the runner's token and secrets: the programs read files, they need no keys. */
export function programEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("WHETSTONE_"));
  return { ...Object.fromEntries(kept), OMP_WAIT_POLICY: "passive", PYTHONUNBUFFERED: "1" };
}

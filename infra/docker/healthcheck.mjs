// Healthy: the API this runner works for can be reached. A runner that hangs is found by its leases, not here.
const answer = await fetch(new URL("/healthz", process.env.WHETSTONE_URL), { signal: AbortSignal.timeout(4_000) });
process.exitCode = answer.ok ? 0 : 1;

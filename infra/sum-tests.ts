// Prints "N passed, N failed" over the reports in a folder, and exits 1 unless something ran and nothing failed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Sum {
  passed: number;
  failed: number;
}
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

const folder = process.argv[2] ?? ".cache/test";
const sums = [sum("vitest", readVitest), sum("pytest", readPytest)];
const passed = sums.reduce((total, one) => total + one.passed, 0);
const failed = sums.reduce((total, one) => total + one.failed, 0);

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;

/** A runner that exits badly without naming a test still failed once: a file that does not load, a stray rejection. */
function sum(runner: string, read: () => Sum): Sum {
  const status = join(folder, `${runner}.status`);
  if (!existsSync(status)) return { passed: 0, failed: 0 };

  const counts = read();
  const broke = readFileSync(status, "utf8").trim() !== "0";
  return { passed: counts.passed, failed: broke ? Math.max(1, counts.failed) : counts.failed };
}

function readVitest(): Sum {
  const path = join(folder, "vitest.json");
  if (!existsSync(path)) return { passed: 0, failed: 0 };

  const report: VitestReport = JSON.parse(readFileSync(path, "utf8"));
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

/** JUnit's totals: every test is passed, failed, in error or skipped. */
function readPytest(): Sum {
  const path = join(folder, "pytest.xml");
  if (!existsSync(path)) return { passed: 0, failed: 0 };

  const head = /<testsuite [^>]*>/.exec(readFileSync(path, "utf8"))?.[0] ?? "";
  const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const bad = count("failures") + count("errors");
  return { passed: count("tests") - bad - count("skipped"), failed: bad };
}

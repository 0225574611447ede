import type { Reporter, TestModule } from "vitest/node";

/** How one contract suite went on one implementation. */
export interface SuiteTally {
  name: string;
  passed: number;
  failed: number;
  /** Full names, with the reason where the test gave one. */
  skipped: string[];
}

/**
 * Ends a run with one line per contract suite, which is a top-level `describe` of a file in
 * `test/contract/`, and names whatever was skipped for want of services.
 */
export class ContractReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const contract = modules.filter((module) => module.moduleId.includes("/test/contract/"));
    const lines = formatTallies(contract.flatMap(tallyModule));
    if (process.env.PARLEY_TEST_SERVICES === "off") lines.push(...formatOff(modules));
    if (lines.length > 0) process.stdout.write(`\n${lines.join("\n")}\n`);
  }
}

/** One line per suite, in columns, and one below per skipped test. */
export function formatTallies(tallies: SuiteTally[]): string[] {
  if (tallies.length === 0) return [];
  const width = Math.max(...tallies.map(({ name }) => name.length));
  const sorted = tallies.toSorted((a, b) => a.name.localeCompare(b.name));
  return [
    " Contract suites",
    ...sorted.flatMap(({ name, passed, failed, skipped }) => [
      `   ${name.padEnd(width)}  ${passed} passed, ${failed} failed, ${skipped.length} skipped`,
      ...skipped.map((test) => `     skipped: ${test}`),
    ]),
  ];
}

function tallyModule(module: TestModule): SuiteTally[] {
  const tallies = [...module.children].flatMap((child) => {
    if (child.type !== "suite") return [];
    const tally: SuiteTally = { name: child.name, passed: 0, failed: 0, skipped: [] };
    for (const test of child.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") tally.passed++;
      else if (result.state === "skipped") tally.skipped.push(describeSkip(test.name, result.note));
      else tally.failed++;
    }
    // A hook that failed has no test to be counted by.
    if (child.state() === "failed") tally.failed ||= 1;
    return [tally];
  });
  if (tallies.length > 0 || module.ok()) return tallies;
  return [{ name: module.relativeModuleId, passed: 0, failed: 1, skipped: [] }];
}

function describeSkip(name: string, note: string | undefined): string {
  return note ? `${name} (${note})` : name;
}

function formatOff(modules: ReadonlyArray<TestModule>): string[] {
  const names = modules.flatMap((module) =>
    [...module.children.suites()]
      .filter((suite) => suite.state() === "skipped")
      .map((suite) => `   ${module.relativeModuleId}: ${suite.name}`),
  );
  if (names.length === 0) return [];
  return ["", ` !! PARLEY_TEST_SERVICES=off: ${names.length} suites did NOT run`, ...names];
}

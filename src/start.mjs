#!/usr/bin/env node
// `npm start` begins here: plain JavaScript, so that a Node which cannot run
// TypeScript can read it and say so, instead of failing on the first `.ts` file.
// That happens where npm was not allowed to run install scripts: then the `node`
// package in the dependencies has no binary, and the machine's own Node is used.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const runsTypeScript = major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);

if (runsTypeScript) {
  await import("./main.ts");
} else {
  process.stderr.write(
    `Parley needs Node 22.18 or newer, and this is ${process.version}: ` +
      "install one, or run `npm rebuild node` to get the one among the dependencies\n",
  );
  process.exitCode = 1;
}

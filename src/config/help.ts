import { VARIABLES } from "./variables.ts";

/** What `parley --help` prints, 80 columns wide. */
export function helpText(): string {
  const entries = VARIABLES.map(({ name, default: value, meaning }) => {
    const head = value === "" ? `  ${name}` : `  ${name}=${value}`;
    return [head, ...wrap(meaning.replaceAll("`", ""), 72).map((line) => `      ${line}`)].join(
      "\n",
    );
  });
  return [
    "Parley: a session service for AI agents, over gRPC, Connect and REST.",
    "",
    "usage: npm start [-- --help | --version]",
    "       npm start -- keys create|list|revoke [--help]",
    "",
    "It is configured by environment variables; here with their defaults:",
    "",
    ...entries,
    "",
  ].join("\n");
}

/** The same as a Markdown table, for the README. */
export function configTable(): string {
  const rows = VARIABLES.map(
    ({ name, default: value, meaning }) =>
      `| \`${name}\` | ${value === "" ? "" : `\`${value}\``} | ${meaning.replaceAll("|", "\\|")} |`,
  );
  return ["| variable | default | meaning |", "|---|---|---|", ...rows].join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

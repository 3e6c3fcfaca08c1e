/**
 * Reads lines `$env:NAME = "text"` as PowerShell is documented to: a backtick escapes the next
 * character, `$(…)` is evaluated, and any other `$`, quote or character beyond ASCII is not for us.
 */
export function readPowershell(text: string): Record<string, string> {
  return Object.fromEntries(text.split('\n').slice(0, -1).map(readLine));
}

function readLine(line: string): [string, string] {
  const [, name, quoted = ''] =
    /^\$env:([A-Za-z_]\w*) = "((?:[ !#%-_a-~]|`[$`"]|\$\(\[char\]\d+\))*)"$/.exec(line) ?? [];
  if (name === undefined) throw new Error('not a line of PowerShell');
  const value = quoted.replaceAll(
    /`(.)|\$\(\[char\](\d+)\)/g,
    (_, escaped: string, unit: string) => escaped ?? String.fromCharCode(Number(unit)),
  );
  return [name, value];
}

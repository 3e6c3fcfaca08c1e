/** Something that a page has its reader do, or does behind the reader's back. */
export interface Step {
  /** Its line in the page. */
  line: number;
  /** For bash. */
  script: string;
  /** The output that the page shows below the command; absent where it shows none. */
  shown?: string;
  /** Whether this is the JSON of standard output, set out over several lines. */
  isJson?: boolean;
  /** How many commands of the page these are; 0 for what a reader does not see. */
  commands: number;
}

export interface Page {
  /** Whether its reader begins with an empty folder, and nothing in AWS but a key and a bucket. */
  startsEmpty: boolean;
  steps: readonly Step[];
}

/** A comment for the tests, a call with the JSON that it prints below it, or a fenced block. */
const PART =
  /^(?<indent> *)(?:`(?<call>coffer [^`\n]+)`\n\n```json\n(?<json>.*?)^```$|<!-- (?<word>start|file|run):\s(?<text>.*?)\s-->|```(?<language>\w*)[^\n]*\n(?<block>.*?)^ *```$)/gms;

/**
 * Reads what a page of Markdown has its reader do. CONTRIBUTING.md describes the conventions.
 * @throws Error for a `console` block that does not begin with a command
 */
export function readPage(text: string): Page {
  const steps: Step[] = [];
  let startsEmpty = false;
  let file: string | undefined;
  for (const { index, groups = {} } of text.matchAll(PART)) {
    const { indent = '', word, text: said = '', language = '', block = '' } = groups;
    const { call, json } = groups;
    const line = text.slice(0, index).split('\n').length;
    const code = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    if (call !== undefined && json !== undefined) {
      // What it tells people is not part of the document.
      const script = `{ ${call}; } 2> /dev/null\n`;
      steps.push({ line, script, shown: json, isJson: true, commands: 1 });
    } else if (word === 'start') startsEmpty = said === 'empty';
    else if (word === 'file') file = said;
    else if (word === 'run') steps.push({ line, script: `${said}\n`, commands: 0 });
    else if (file !== undefined) {
      steps.push({ line, script: writingOf(file, code), commands: 0 });
      file = undefined;
    } else if (language === 'console') steps.push(...commandsOf(code, line + 1));
    // Other tests run what npm does.
    else if (language === 'sh' && !code.startsWith('npm ')) {
      steps.push({ line, script: code, commands: countCommands(code) });
    }
  }
  return { startsEmpty, steps };
}

function writingOf(file: string, content: string): string {
  return `mkdir -p "$(dirname ${file})"\ncat > ${file} <<'END_OF_FILE'\n${content}END_OF_FILE\n`;
}

/** The commands of a `console` block, each with the output below it. */
function commandsOf(block: string, firstLine: number): Step[] {
  const steps: (Step & { shown: string })[] = [];
  let continues = false;
  for (const [i, text] of block.split('\n').slice(0, -1).entries()) {
    const last = steps.at(-1);
    if (text.startsWith('$ ')) {
      steps.push({ line: firstLine + i, script: `${text.slice(2)}\n`, shown: '', commands: 1 });
    } else if (last === undefined) {
      throw new Error(`line ${firstLine}: a console block begins with a command: $ …`);
    } else if (continues) last.script += `${text}\n`;
    else last.shown += `${text}\n`;
    continues = (continues || text.startsWith('$ ')) && text.endsWith('\\');
  }
  return steps;
}

function countCommands(block: string): number {
  const lines = block.split('\n');
  return lines.filter((line, i) => /^\s*[^\s#]/.test(line) && !(lines[i - 1] ?? '').endsWith('\\'))
    .length;
}

import { spawnSync } from 'node:child_process';
import { CLI, run } from './cli.ts';

/** The result of a program in a terminal. */
export interface TerminalOutcome {
  /** 128 + n when signal n ended it. */
  code: number;
  /** Everything that the terminal showed, without colours. */
  shown: string;
  /** Whether the terminal's settings were restored. */
  isSane: boolean;
}

/**
 * Answers to give, each when its prompt shows; the name of a signal is sent as one, and
 * HANGUP closes the terminal.
 */
export type Dialogue = readonly (readonly [prompt: string, answer: string])[];

const DRIVER = `
import fcntl, json, os, pty, select, signal, subprocess, sys, termios, time

call = json.load(sys.stdin)
master, slave = pty.openpty()
before = termios.tcgetattr(slave)

def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

child = subprocess.Popen(call['command'], stdin=slave, stdout=slave, stderr=slave,
                         preexec_fn=take_terminal)
shown = b''
deadline = time.time() + 25

def read():
    global shown
    if select.select([master], [], [], 0.05)[0]:
        shown += os.read(master, 65536)
    if time.time() > deadline:
        child.kill()

def finish(code, is_sane):
    print(json.dumps({'code': code if code >= 0 else 128 - code,
                      'shown': shown.decode('utf8', 'replace'), 'isSane': is_sane}))
    sys.exit()

seen = 0
for prompt, answer in call['dialogue']:
    while prompt.encode() not in shown[seen:] and child.poll() is None:
        read()
    seen = shown.find(prompt.encode(), seen) + len(prompt)
    if answer.startswith('SIG'):
        child.send_signal(getattr(signal, answer))
    elif answer == 'HANGUP':
        os.close(master)
        finish(child.wait(25), True)
    else:
        os.write(master, answer.encode())
code = None
while code is None:
    code = child.poll()
    read()
finish(code, termios.tcgetattr(slave) == before)
`;

/** Whether this machine can create a terminal. */
export const HAS_PTY = spawnSync('python3', ['-c', 'import pty, termios']).status === 0;

/** Runs a program in a terminal. */
export async function runInTerminal(
  command: readonly string[],
  dialogue: Dialogue,
  options: { cwd: string; env?: Readonly<Record<string, string | undefined>> },
): Promise<TerminalOutcome> {
  const { code, stdout, stderr } = await run('python3', ['-c', DRIVER], {
    ...options,
    stdin: JSON.stringify({ command, dialogue }),
  });
  if (code !== 0) throw new Error(`the terminal failed: ${stderr}`);
  const outcome = JSON.parse(stdout.toString('utf8')) as TerminalOutcome;
  return { ...outcome, shown: outcome.shown.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '') };
}

/** Runs the command line in a terminal. */
export function cofferInTerminal(
  args: readonly string[],
  dialogue: Dialogue,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<TerminalOutcome> {
  return runInTerminal([process.execPath, CLI, ...args], dialogue, {
    cwd,
    env: { HOME: cwd, TERM: 'xterm', ...env },
  });
}

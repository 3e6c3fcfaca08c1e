#!/usr/bin/env node
import module from 'node:module';
import { EXIT } from './context.ts';
import { endIfInterrupted } from './terminal/interrupt.ts';
import { writeOutput } from './terminal/output.ts';

// As it was given, which is what commands that coffer runs are to see of it.
const environment = { ...process.env };

// Newer Nodes keep compiled code between runs.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

// Without a reader of its messages, a write that is under way still goes on to its end.
process.stderr.on('error', () => {});
// Whoever writes to it is told by writeOutput.
process.stdout.on('error', () => {});

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2), environment, process);
// What was done all the same was not interrupted.
if (process.exitCode !== EXIT.ok) endIfInterrupted();
// Once all output is out, a call to AWS that nobody waits for any more keeps nobody.
await writeOutput(process.stdout, '').catch(() => {});
process.exit();

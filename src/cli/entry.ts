#!/usr/bin/env node
import module from 'node:module';
import { cacheFolder } from '../files/cache-folder.ts';
import { EXIT } from './context.ts';
import { findInherited } from './inherited.ts';
import { endIfInterrupted } from './terminal/interrupt.ts';
import { writeOutput } from './terminal/output.ts';

// First, before coffer opens files of its own.
const inherited = findInherited(process.argv);

// A copy of the original, for the commands that coffer runs.
const environment = { ...process.env };

// Newer Nodes cache compiled code between runs; by default in a folder that all users share.
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => void };
const cache = enableCompileCache && cacheFolder(environment);
if (cache !== undefined) enableCompileCache?.(cache);

// If stderr has no reader, a running write must still finish.
process.stderr.on('error', () => {});
// writeOutput reports errors to its caller.
process.stdout.on('error', () => {});

const { main } = await import('./main.ts');
const self = { program: process.argv[1], inherited };
process.exitCode = await main(process.argv.slice(2), environment, process, self);
// A signal does not change the result of finished work.
if (process.exitCode !== EXIT.ok) endIfInterrupted();
// After all output is written, a pending call to AWS must not keep the process alive.
await writeOutput(process.stdout, '').catch(() => {});
process.exit();

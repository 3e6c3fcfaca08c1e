// Prints the SHA-256 of standard input: the command for it differs between systems.
import { createHash } from 'node:crypto';

const hash = createHash('sha256');
for await (const chunk of process.stdin) hash.update(chunk);
console.log(hash.digest('hex'));

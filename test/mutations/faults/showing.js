/** Faults in what people and programs get to see: masks, messages, formats and exit codes. */
export const showing = [
  {
    fault: 'diff shows a secret in the terminal',
    file: 'src/cli/terminal/plan-text.ts',
    find: 'if (difference.isSecret && !reveal) return',
    replace: "if (difference.isSecret && field === 'tags') return",
  },
  {
    fault: 'diff shows a secret in the comment on a pull request',
    file: 'src/plan/markdown.ts',
    find: 'if (difference.isSecret) return',
    replace: "if (difference.isSecret && field === 'tags') return",
  },
  {
    fault: 'diff shows a secret that was stored as a String before',
    file: 'src/plan/plan.ts',
    find: "desired.isSecret || actual.type === 'SecureString' || isHiding(desired, actual)",
    replace: 'desired.isSecret || isHiding(desired, actual)',
  },
  {
    fault: 'git diff shows a secret in plaintext',
    file: 'src/manifest/masked.ts',
    find: '? undefined : PLAINTEXT;',
    replace: '? undefined : undefined;',
  },
  {
    fault: '--debug prints a value',
    file: 'src/aws/session.ts',
    find: "log('ok');",
    replace: "log(JSON.stringify(result, ['Parameters', 'Parameter', 'Value']));",
  },
  {
    fault: 'an error of AWS quotes a value',
    file: 'src/aws/errors.ts',
    find: 'const message = clean(failure.message, name, doing.secret);',
    replace: 'const message = failure.message || clean(failure.message, name, doing.secret);',
  },
  {
    fault: 'sync that did half of its work exits with 0',
    file: 'src/cli/exit-code.ts',
    find: 'return EXIT.partial;',
    replace: 'return EXIT.ok;',
  },
  {
    fault: 'sync that left some of its work counts as done',
    file: 'src/actions/write-report.ts',
    find: 'if (failed.length === 0 && left.length === 0) return report;',
    replace: 'if (failed.length === 0) return report;',
  },
  {
    fault: 'a question that nobody can answer counts as answered with yes',
    file: 'src/cli/terminal/terminal.ts',
    find: 'async confirm(question, above = []) {\n      if (!isInteractive()) {',
    replace:
      'async confirm(question, above = []) {\n      if (!isInteractive()) return;\n      if (!isInteractive()) {',
  },
  {
    fault: 'export does not quote a single quote for the shell',
    file: 'src/formats/shell.ts',
    find: `value.replaceAll("'", "'\\\\''")`,
    replace: 'value',
  },
  {
    fault: 'export for GitHub does not mask the secrets in its log',
    file: 'src/formats/github.ts',
    find: '.map(({ value }) => githubMasks(value))',
    replace: ".map(() => '')",
  },
  {
    fault: 'export for GitHub masks only the first line of a secret',
    file: 'src/formats/github.ts',
    find: 'value.split(/\\r\\n|\\r|\\n/).filter',
    replace: 'value.split(/\\r\\n|\\r|\\n/).slice(0, 1).filter',
  },
  {
    fault: 'export gives two secrets one name, and so loses one',
    file: 'src/formats/variables.ts',
    find: 'if (other !== undefined) {',
    replace: "if (other === '') {",
  },
  {
    fault: 'check finds no plaintext',
    file: 'src/repo/check/rules.ts',
    find: "if (type === 'SecureString')\n    return",
    replace: "if (type === 'SecureString' && content.kind === 'absent')\n    return",
  },
  {
    fault: 'a name can bring HTML into the page of report',
    file: 'src/page/markup.ts',
    find: 'return escape(String(piece));',
    replace: 'return String(piece);',
  },
  {
    fault: 'the page of report may load what its host has',
    file: 'src/page/page.ts',
    find: "default-src 'none'",
    replace: "default-src 'self'",
  },
  {
    fault: 'report shows a secret that it could not compare as in sync',
    file: 'src/page/cell.ts',
    find: "return isDifferent ? 'differs' : 'closed';",
    replace: "return isDifferent ? 'differs' : 'same';",
  },
  {
    fault: 'report exits 0 although a region could not be read',
    file: 'src/cli/commands/report.ts',
    find: 'if (problems.length > 0) {',
    replace: 'if (problems.length > 99) {',
  },
];

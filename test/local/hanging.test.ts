import { describe, expect, test } from 'vitest';
import { startServer } from '../support/bad-server.ts';
import { cofferProcess } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';

const ENV = {
  AWS_ACCESS_KEY_ID: 'AKIATEST',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
};

describe('a failed command', () => {
  test.each(['diff', 'sync'])('ends %s at once, even with other calls unanswered', async (name) => {
    const server = await startServer(({ headers }, response) => {
      if (headers['x-amz-target'] !== 'AmazonSSM.GetParameters') return;
      response.writeHead(400, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{}');
    });
    const { folder } = await createWorkspace({
      'app.yml':
        'path: /app/\nregion: us-east-1\nparameters:\n  - {name: a, type: String, value: v}\n',
    });
    const { code, stderr } = await cofferProcess([name, 'app.yml', '--endpoint-url', server.url], {
      cwd: folder,
      env: ENV,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('ssm:GetParameters');
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
  });
});

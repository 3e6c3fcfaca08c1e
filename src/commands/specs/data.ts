import type { CommandGroup } from './spec.ts';

/** `coffer -O put …` is `coffer put …`. */
const OPERATION = ['-O, --operation <name>', 'put or get, as s3-kms-ssm-secrets took it'] as const;

export const DATA_COMMANDS: CommandGroup = {
  title: 'Values of any size',
  commands: [
    {
      name: 'put',
      args: '',
      summary: 'Publish data of any size, and point a parameter to it',
      flags: [
        ['-p, --path <prefix>', "Prefix of the object's key"],
        ['-b, --bucket <bucket>', 'Bucket that takes the object'],
        ['-k, --key <key>', 'KMS key that readers may use'],
        ['-s, --ssm <name>', 'Parameter that will point to it (default: the path)'],
        ['-e, --extension <suffix>', "Suffix of the object's key, such as .tar"],
        ['-f, --file <file>', 'Read this file instead of standard input'],
        OPERATION,
      ],
      examples: [
        'put -p apps/superman/backup -b superman-secrets -k alias/superman -e .tar < backup.tar',
      ],
      load: () => import('../put.ts'),
    },
    {
      name: 'get',
      args: '[name]',
      summary: 'Print a parameter, what it points to, or the object of a URL',
      flags: [
        ['-o, --output <file>', 'Write it to this file (readable by you alone)'],
        ['-p, --path <name>', 'The name or URL, as s3-kms-ssm-secrets took it'],
        OPERATION,
      ],
      examples: [
        'get /apps/superman/api_token',
        'get /apps/superman/api_token@3',
        'get /apps/superman/tls/keystore -o keystore.jks',
        'get s3://superman-secrets/apps/superman/tls/keystore/9f86…0a08 | tar x',
      ],
      load: () => import('../get.ts'),
    },
  ],
};

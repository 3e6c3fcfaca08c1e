import { DELETION_POLICIES, SECRET_TYPES } from '../../formats/coffer-secret.ts';
import { CONTROLLER } from './controller.ts';
import type { CommandGroup } from './spec.ts';

export const KUBERNETES_COMMANDS: CommandGroup = {
  title: 'In Kubernetes',
  commands: [
    {
      name: 'pin',
      args: '<...manifests>',
      summary: 'Print a Kubernetes resource that pins the versions in AWS',
      description: `
        Prints a CofferSecret: the names and versions of the values in AWS, without a value. coffer
        controller makes the Secret of it in the cluster. Reads SSM without decrypting; versions in
        Secrets Manager follow from git. One call makes one CofferSecret of all its manifests, which
        are in one region. Needs ssm:GetParameters. With --check it compares CofferSecrets in YAML
        files with AWS, and exits 3 if a pin is behind.`,
      flags: [
        ['--name <name>', 'Name of the CofferSecret and of its Secret'],
        ['--namespace <namespace>', 'Namespace of the CofferSecret'],
        ['--suffix', 'Add a hash of the pins to the name, so that a new version is a new Secret'],
        ['--immutable', 'Forbid changes of the Secret; for use with --suffix'],
        ['--only <name>', 'Only this parameter; repeatable'],
        [
          '--from-report <file>',
          'Take the versions from this JSON report of sync, without calls to AWS; - is stdin',
        ],
        [
          '--type <type>',
          `Type of the Secret: ${SECRET_TYPES.join(', ').replace('Opaque', 'Opaque (default)')}`,
          SECRET_TYPES,
        ],
        ['--role-arn <arn>', 'Role that the controller assumes to read AWS'],
        [
          '--deletion-policy <policy>',
          'Delete removes the Secret with the CofferSecret (default); Retain keeps it',
          DELETION_POLICIES,
        ],
        [
          '--restart <workload>',
          'Restart this workload when the Secret changes, such as deployment/api; repeatable',
        ],
        ['--check', 'Compare CofferSecrets in YAML files with AWS; - is stdin'],
      ],
      examples: [
        ['pin app.yml --name app > app.yaml', 'the versions that SSM has now'],
        [
          'pin app.yml --name app --suffix --immutable',
          'a new name for new versions, which rolls out pods that use it',
        ],
        [
          'pin app.yml --name app --from-report sync.json',
          'what coffer sync --yes --json has written',
        ],
        ['pin --check app.yaml', 'in CI: is a pin behind?'],
      ],
      load: () => import('../commands/pin.ts'),
    },
    CONTROLLER,
  ],
};

import { parseAst } from 'vite';

/** What esbuild writes first, and last, in a module that exports something. */
const GETTERS = /__export\((\w+),\{([^}]*)\}\);module\.exports=__toCommonJS\(\1\);/;
const NAMES = /0&&\(module\.exports=\{[^}]*\}\);/;

/**
 * esbuild defines a getter for each export, since a module may assign to it later. Few do, and
 * defining and calling a thousand getters takes milliseconds: without them, a module ends with an
 * object of what it exports. The lines and columns of the rest stay, for the source map.
 */
export function exportValues(code) {
  const [getters, , list] = GETTERS.exec(code) ?? [];
  if (getters === undefined || !NAMES.test(code)) {
    throw new Error('esbuild writes exports in another way now');
  }
  const later = assignedLater(parseAst(code));
  const properties = list.split(',').map((one) => {
    const [name, local] = one.split(':()=>');
    return later.has(local) ? `get ${name}(){return ${local}}` : `${name}:${local}`;
  });
  return code
    .replace(getters, () => ' '.repeat(getters.length))
    .replace(NAMES, () => `module.exports={__esModule:!0,${properties.join(',')}};`);
}

/**
 * The names of variables that get a value after their declaration, in any scope: what has such a name
 * in another scope only keeps its getter.
 */
function assignedLater(program) {
  const found = new Set();
  const visit = (node) => {
    if (node.type === 'AssignmentExpression') namesIn(node.left, found);
    if (node.type === 'UpdateExpression') namesIn(node.argument, found);
    if (node.type === 'ForInStatement' || node.type === 'ForOfStatement') namesIn(node.left, found);
    if (node.type === 'VariableDeclarator' && !node.init) namesIn(node.id, found);
    childrenOf(node).forEach(visit);
  };
  visit(program);
  return found;
}

/** All names in a target of an assignment; those of properties and defaults, too. */
function namesIn(node, found) {
  if (node.type === 'Identifier') found.add(node.name);
  childrenOf(node).forEach((child) => namesIn(child, found));
}

function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value?.type === 'string');
}

import type { ErrorCode, YAMLParseError } from 'yaml';

interface Wording {
  message: string;
  hint: string;
}

const QUOTE_IT = "put the text in quotes: 'like this'";

/** Replaces the YAML library's messages, which quote the text. */
const BY_CODE = {
  ALIAS_PROPS: {
    message: 'an alias (*…) cannot have an anchor or a tag',
    hint: `remove one of them; if a text is meant, ${QUOTE_IT}`,
  },
  BAD_ALIAS: {
    message: 'an anchor or alias without a name',
    hint: `a text that begins with & or * needs quotes: 'like this'`,
  },
  BAD_COLLECTION_TYPE: {
    message: 'a tag that does not fit the list or map after it',
    hint: 'remove the tag (!…)',
  },
  BAD_DIRECTIVE: {
    message: 'an unknown directive (%…)',
    hint: `remove the line; if a text is meant, ${QUOTE_IT}`,
  },
  BAD_DQ_ESCAPE: {
    message: 'an unknown backslash escape in double quotes',
    hint: "write the backslash twice, or use single quotes: 'like this'",
  },
  BAD_INDENT: {
    message: 'the indentation is wrong',
    hint: 'the keys of one map, and the items of one list, begin in the same column',
  },
  BAD_PROP_ORDER: {
    message: 'an anchor or tag in the wrong place',
    hint: 'put it directly before its value',
  },
  BAD_SCALAR_START: {
    message: 'a text that begins with a character YAML reserves',
    hint: QUOTE_IT,
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a map or list where YAML allows only a text',
    hint: "a text that contains a colon and a space needs quotes: 'like this'; or is a line indented too far?",
  },
  BLOCK_IN_FLOW: {
    message: 'a block list or map inside {…} or […]',
    hint: 'inside brackets write {key: value} and [item, item]',
  },
  DUPLICATE_KEY: { message: 'a duplicate key', hint: 'remove one of the two' },
  IMPOSSIBLE: { message: 'this is not YAML', hint: 'look at the lines around it' },
  KEY_OVER_1024_CHARS: {
    message: 'a key longer than YAML allows',
    hint: `if this is a text and no key, ${QUOTE_IT}`,
  },
  MISSING_CHAR: {
    message: 'something is missing here: a comma, a colon, a bracket or a space',
    hint: `look for an open bracket or quote above; if a text is meant, ${QUOTE_IT}`,
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key without a colon, or one that runs over several lines',
    hint: 'write key: value, with a space after the colon, and close all quotes',
  },
  MULTIPLE_ANCHORS: {
    message: 'two anchors (&…) in one place',
    hint: `remove one; if a text is meant, ${QUOTE_IT}`,
  },
  MULTIPLE_DOCS: {
    message: 'several YAML documents in one file',
    hint: 'a manifest is one document: remove the line ---, or split the file',
  },
  MULTIPLE_TAGS: {
    message: 'two tags (!…) in one place',
    hint: `remove one; if a text is meant, ${QUOTE_IT}`,
  },
  NON_STRING_KEY: {
    message: 'a key that is not a text',
    hint: `write key: value; a text that begins with [, {, * or ! needs quotes: 'like this'`,
  },
  RESOURCE_EXHAUSTION: {
    message: 'lists or maps nested too deeply',
    hint: 'a manifest needs four levels',
  },
  TAB_AS_INDENT: {
    message: 'a tab in the indentation',
    hint: 'YAML indents with spaces only: replace the tab',
  },
  TAG_RESOLVE_FAILED: {
    message: 'an unknown tag (!…)',
    hint: `remove the tag; if a text is meant, ${QUOTE_IT}`,
  },
  UNEXPECTED_TOKEN: {
    message: 'a character that YAML does not expect here',
    hint: `check brackets, commas and quotes before it; if it is part of a text, ${QUOTE_IT}`,
  },
} satisfies Record<ErrorCode, Wording>;

const OPEN_BRACKET: Wording = {
  message: 'a { or [ above this is not closed',
  hint: `add the closing } or ]; if a text is meant, ${QUOTE_IT}`,
};

/** Common typos that share an error code, told apart by the library's fixed words. */
const BY_START: readonly (readonly [start: string, wording: Wording])[] = [
  [
    'Missing closing',
    {
      message: 'the quoted text before this is not closed',
      hint: 'add the closing quote, and indent every line of the text',
    },
  ],
  ['Flow map ', OPEN_BRACKET],
  ['Flow sequence ', OPEN_BRACKET],
  [
    'Implicit map keys need to be followed',
    { message: 'a key without a colon', hint: 'write key: value, with a space after the colon' },
  ],
  [
    'Comments must be',
    { message: 'a comment without a space before it', hint: 'write a space before the #' },
  ],
  [
    'Sequence item without',
    { message: 'a list item without its dash', hint: 'begin the item with "- "' },
  ],
];

/** The message for a syntax error; never quotes the text. */
export function wordSyntaxError({ code, message }: YAMLParseError): Wording {
  const special = BY_START.find(([start]) => message.startsWith(start));
  return special ? special[1] : BY_CODE[code];
}

export const SEVERAL_DOCUMENTS: Wording = BY_CODE.MULTIPLE_DOCS;
export const TOO_DEEP: Wording = BY_CODE.RESOURCE_EXHAUSTION;

export const CONTROL_CHARACTER: Wording = {
  message: 'a control character, which YAML does not allow',
  hint: 'write it as an escape in double quotes, such as "\\u0007"; is the file UTF-8 text at all?',
};
export const CARRIAGE_RETURN: Wording = {
  message: 'a carriage return without a line feed after it',
  hint: 'end lines with LF or CRLF; in a text write it as "\\r" in double quotes',
};
export const MERGE_CONFLICT: Wording = {
  message: 'a merge conflict of git',
  hint: 'keep the lines of one side, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>',
};

/**
 * The functions of ESO's template engine v2, grouped by signature: those of text/template, those of sprig
 * except the ones that read the environment or the network, and ESO's own.
 *
 * The signatures were read from ESO 2.9.0 by reflection. A test compares this table with them
 * (`test/vectors/functions-2.9.0.txt`), and asks for a new list when the pinned chart moves.
 * https://external-secrets.io/latest/guides/templating/#helper-functions
 *
 * One letter before the > for each argument, one after it for the result; * repeats the last argument.
 * L comes from sprig's own check, not from the signature: it takes any list.
 */
const signatures = `
a*>I: add
a>I: add1 int64 toDecimal
aa*>I: biggest max min mul
aa>I: div mod sub
iL>N: chunk mustChunk
sis>S: splitn
ss>S: split
Fa*>a: call
L*>a: concat
L>a: first last mustFirst mustLast
La*>a: mustSlice slice
a*>a: coalesce
a>a: deepCopy mustDeepCopy
aa*>a: and default index or
aaa*>a: dig
aab>a: ternary
mm*>a: merge mergeOverwrite mustMerge mustMergeOverwrite
ms>a: get
s>a: fromJson mustFromJson
a*>b: all any
a>b: empty not
aL>b: has mustHas
aa>b: deepEqual ge gt le lt ne
aaa*>b: eq
ms>b: hasKey
s>b: isAbs osIsAbs
sa>b: kindIs typeIs typeIsLike
ss>b: contains hasPrefix hasSuffix mustRegexMatch regexMatch semverCompare
si>c: genCA
sis>c: genCAWithKey
slli>c: genSelfSignedCert
sllic>c: genSignedCert
sllics>c: genSignedCertWithKey
sllis>c: genSelfSignedCertWithKey
ss>c: buildCustomCert
a*>f: addf
a>f: add1f ceil float64 floor
aa*>f: divf maxf minf mulf subf
aif*>f: round
a>i: int len
ii>i: randInt
s>i: atoi
L>l: compact initial mustCompact mustInitial mustRest mustReverse mustUniq rest reverse uniq
La*>l: mustWithout without
La>l: append mustAppend mustPrepend mustPush prepend push
a*>l: list tuple
m>l: values
sm*>l: pluck
a*>m: dict
ms*>m: omit pick
ms>m: unset
msa>m: set
s>m: fromYaml urlParse
i>n: until
iii>n: untilStep
>s: hello uuidv4
a*>s: cat html js print println quote squote urlquery
a>s: ago duration durationRound htmlDate kindOf mustToJson mustToPrettyJson mustToRawJson toJson
  toPrettyJson toRawJson toString toYaml typeOf
as>s: htmlDateInZone
i*>s: seq
i>s: randAlpha randAlphaNum randAscii randBytes randNumeric
iis>s: abbrevboth substr
is>s: abbrev indent nindent repeat trunc wrap
iss>s: wrapWith
m>s: urlJoin
s>s: adler32sum b32dec b32enc b64dec b64enc base bcrypt camelcase clean dir ext fail genPrivateKey
  hexdec initials jwkPrivateKeyPem jwkPublicKeyPem kebabcase lower nospace osBase osClean osDir osExt
  pemTruststoreToPKCS12 pkcs12cert pkcs12key regexQuoteMeta sha1sum sha256sum sha512sum shuffle
  snakecase swapcase title trim untitle upper
sa*>s: printf
sa>s: date join
sas>s: date_in_zone dateInZone
ss>s: decryptAES encryptAES filterCertChain filterPEM fullPemToPkcs12 mustRegexFind pemToPkcs12
  pemTruststoreToPKCS12Pass pkcs12certPass pkcs12keyPass regexFind trimAll trimall trimPrefix trimSuffix
ssH>s: htpasswd
ssi>s: plural
sss>s: fullPemToPkcs12Pass mustRegexReplaceAll mustRegexReplaceAllLiteral pemToPkcs12Pass
  regexReplaceAll regexReplaceAllLiteral replace
ssss>s: rsaDecrypt
t>s: unixEpoch
ussss>s: derivePassword
>t: now
ss>t: mustToDate toDate
st>t: date_modify dateModify must_date_modify mustDateModify
s>v: semver
a>w: sortAlpha toStrings
m*>w: keys
s>w: certSANs
ss>w: splitList
ssi>w: mustRegexFindAll mustRegexSplit regexFindAll regexSplit
`;

/** The Go types by their letter, as messages name them. */
export const types = {
  a: 'anything',
  b: 'a bool',
  c: 'a certificate',
  d: 'the fields',
  F: 'a function',
  H: 'a hash algorithm in quotes',
  f: 'a float64',
  i: 'an int',
  I: 'an int64',
  l: 'a list',
  L: 'a list',
  m: 'a map',
  n: 'a list of numbers',
  N: 'a list of lists',
  s: 'a string',
  S: 'a map of strings',
  t: 'a time',
  u: 'a uint32',
  v: 'a version',
  w: 'a list of strings',
  x: 'nil',
} as const;

export type Type = keyof typeof types;

/** What a function takes and returns. */
export interface Signature {
  /** Types of the required arguments. */
  readonly takes: readonly Type[];
  /** Type of further arguments, if it takes any number of them. */
  readonly rest: Type | undefined;
  readonly gives: Type;
}

/** The functions of ESO's template engine v2, by name. */
export const templateFunctions: ReadonlyMap<string, Signature> = new Map(
  [...signatures.matchAll(/^(\w*)(\*?)>(\w): ((?:\S+\s+)+?)(?=\S*>|$(?![\s\S]))/gm)].flatMap(
    ([, letters = '', star, gives, names = '']) => {
      const takes = [...letters] as Type[];
      const rest = star ? takes.pop() : undefined;
      return names
        .trim()
        .split(/\s+/)
        .map((name): [string, Signature] => [name, { takes, rest, gives: gives as Type }]);
    },
  ),
);

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  astFromValue,
  buildSchema,
  findBreakingChanges,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  print,
} from 'graphql';
import { createSchema } from '../../server/graphql/schema.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contract = buildSchema(readFileSync(`${root}/test/contract.graphql`, 'utf8'));
const schema = createSchema();

describe('the running schema', () => {
  test('contains the contract', () => {
    assert.deepEqual(findBreakingChanges(contract, schema), []);
  });

  test('has each of its types, nullabilities and defaults exactly, not just compatibly', () => {
    const ours = new Map(coordinates(schema));
    for (const [coordinate, signature] of coordinates(contract))
      assert.equal(ours.get(coordinate), signature, coordinate);
  });

  test('describes every type, field, argument, input field and enum value', () => {
    const undescribed = [...describable(schema)].filter(([, { description }]) => !description?.trim());
    assert.deepEqual(
      undescribed.map(([coordinate]) => coordinate),
      [],
    );
  });

  test('gives a field that several members of a union share one type, so that clients can combine fragments', () => {
    for (const { name, members } of unions(schema)) {
      const types = new Map<string, string>();
      for (const field of members.flatMap((member) => Object.values(member.getFields()))) {
        const known = types.get(field.name) ?? String(field.type);
        assert.equal(String(field.type), known, `${name}: ${field.name}`);
        types.set(field.name, known);
      }
    }
  });
});

describe('the checks of the contract', () => {
  const changed = (from: string, to: string) => {
    const sdl = readFileSync(`${root}/test/contract.graphql`, 'utf8');
    assert.ok(sdl.includes(from));
    return buildSchema(sdl.replace(from, to));
  };
  test('notice what is renamed or removed', () => {
    const renamed = findBreakingChanges(contract, changed('duplicate: Boolean!', 'repeated: Boolean!'));
    assert.deepEqual(
      renamed.map(({ type }) => type),
      ['FIELD_REMOVED'],
    );
  });
  test('notice what becomes nullable, stops being so, or gets another default', () => {
    for (const [from, to] of [
      ['online: Boolean!', 'online: Boolean'],
      ['lastSeenAt: DateTime', 'lastSeenAt: DateTime!'],
      ['priority: Priority = NORMAL', 'priority: Priority = LOW'],
    ] as const)
      assert.notDeepEqual(coordinates(changed(from, to)), coordinates(contract), to);
  });
});

describe('each SDL file', () => {
  for (const file of globSync('server/**/*.graphql', { cwd: root }).sort()) {
    test(`${file} parses by itself and lies beside the code of its feature`, () => {
      assert.ok(parse(readFileSync(`${root}/${file}`, 'utf8')).definitions.length > 0);
      assert.match(file, /^server\/[a-z-]+\/schema\.graphql$/);
    });
  }

  test('defines what no other defines', () => {
    const owners = new Map<string, string>();
    for (const file of globSync('server/*/schema.graphql', { cwd: root })) {
      for (const definition of parse(readFileSync(`${root}/${file}`, 'utf8')).definitions) {
        if (!('name' in definition) || !definition.name || definition.kind.endsWith('Extension')) continue;
        assert.equal(owners.get(definition.name.value), undefined, `${definition.name.value} in ${file}`);
        owners.set(definition.name.value, file);
      }
    }
    assert.ok(owners.size > 40);
  });
});

type Described = { readonly description?: string | null };
type Input = GraphQLArgument | GraphQLInputField;

const ownTypes = (from: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(from.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

function* describable(from: GraphQLSchema): Generator<[coordinate: string, Described]> {
  for (const type of ownTypes(from)) {
    yield [type.name, type];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field];
      for (const arg of 'args' in field ? field.args : []) yield [`${type.name}.${field.name}(${arg.name}:)`, arg];
    }
  }
}

/** Every name with all that a client's code depends on. */
function coordinates(from: GraphQLSchema): [coordinate: string, signature: string][] {
  const signature = ({ type, defaultValue }: Input) => {
    const literal = defaultValue === undefined ? undefined : astFromValue(defaultValue, type);
    return literal ? `${type} = ${print(literal)}` : String(type);
  };
  return [...describable(from)].map(([coordinate, described]) => {
    if (coordinate.includes('(') || ('type' in described && 'defaultValue' in described))
      return [coordinate, signature(described as Input)];
    return [coordinate, 'type' in described ? String(described.type) : 'is there'];
  });
}

function unions(from: GraphQLSchema) {
  return ownTypes(from).flatMap((type) => ('getTypes' in type ? [{ name: type.name, members: type.getTypes() }] : []));
}

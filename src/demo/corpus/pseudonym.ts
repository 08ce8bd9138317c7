/** Names for the accounts of the demo: the corpus holds real people, and nobody's name is put beside a verdict. */
import { hashId } from '../../../schemas/ids.js';

const QUALITIES =
  'amber brisk calm candid clever coastal copper crisp dapper distant dusky eager early fabled faint gentle golden grand hazel hollow humble idle ivory jolly keen kindly late lively lunar mellow merry misty modest nimble noble northern olive patient plain placid proud quick quiet rapid russet rustic sandy sober solid southern spare steady still stout sturdy subtle sunny tidy upper vivid warm western wry young'.split(
    ' ',
  );
const BEINGS =
  'alder aspen badger beech birch bison bittern cedar crane curlew daisy dipper dove elder elm falcon fern finch fox gannet gorse grebe hare hawk hazel heron holly ibis ivy jackdaw kestrel kite lapwing larch lark linden lynx magpie maple marten merlin oak osprey otter owl pine plover poplar puffin raven robin rook rowan rush seal sorrel sparrow spruce stoat swift tern thrush vole wren yew'.split(
    ' ',
  );

/** Immutable account id: nothing of the address can be read off it. */
export const accountId = (source: string): string =>
  hashId('demo-account', source.toLowerCase()).slice(0, 16);

/** A readable handle for an account id, always the same. */
export function handleOf(account: string): string {
  const digest = Buffer.from(hashId('demo-handle', account), 'base64url');
  const quality = QUALITIES[digest[0]! % QUALITIES.length];
  const being = BEINGS[digest[1]! % BEINGS.length];
  return `${quality}-${being}-${(digest.readUInt16BE(2) % 90) + 10}`;
}

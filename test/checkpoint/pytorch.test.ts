import assert from 'node:assert/strict';
import { openCheckpoint } from 'onpa';
import { checkpoint } from './files.js';

/** The error names the file, and says this. */
const refuses = (what: string, name: string, reason: RegExp) =>
  it(`refuses ${what}`, () =>
    assert.rejects(openCheckpoint(checkpoint(name)), (error: Error) => {
      assert.equal(error.name, 'CheckpointError');
      assert.ok(error.message.startsWith(checkpoint(name)), error.message);
      assert.match(error.message, reason);
      return true;
    }));

describe('a pytorch_model.bin that wants something executed', () => {
  refuses('os.system', 'os-system.bin', /asks for posix\.system, .* nothing of it was executed/);
  refuses('eval beside a tensor', 'eval.bin', /asks for __builtin__\.eval/);
  refuses('a call of what a call returns', 'nested.bin', /asks for __builtin__\.getattr/);
  refuses('exec in the _metadata of a state dict', 'in-metadata.bin', /asks for __builtin__\.exec/);
  refuses('a whole module', 'whole-module.bin', /asks for \w+\.Hidden, .* save only its state_dict\(\)/);
  refuses('an opcode that no state dict has', 'opcode.bin', /opcode 0x69 \(INST\)/);
});

describe('a file of torch.save that has no plain state dict', () => {
  refuses(
    'the format before PyTorch 1.6, and says how to convert it',
    'legacy.bin',
    /1\.6; .*torch\.save\(torch\.load\(/,
  );
  refuses(
    'a training checkpoint, and says how to take its model',
    'training.bin',
    /torch\.load\(path\)\["state_dict"\]/,
  );
  refuses('a single tensor', 'one-tensor.bin', /holds a tensor instead of a state dict/);
  refuses('a list', 'list.bin', /holds a list instead of a state dict/);
  refuses('numbers for names', 'name-is-a-number.bin', /has 0 for a name/);
  refuses('another pickle protocol', 'protocol-4.bin', /has protocol 4; .* pickle_protocol=2/);
  refuses('complex numbers', 'complex.bin', /asks for torch\.ComplexFloatStorage/);
  refuses('sparse tensors', 'sparse.bin', /asks for torch\._utils\._rebuild_sparse_tensor/);
  refuses('negated views', 'negated.bin', /tensor 'weight' is a lazily negated view; save its \.resolve_neg\(\)/);
});

describe('a pytorch_model.bin with a number beside its tensors', () => {
  it('has the tensors, and says what it leaves out', async () => {
    const opened = await openCheckpoint(checkpoint('with-a-number.bin'));
    assert.deepEqual([...opened.tensors.keys()], ['weight']);
    assert.deepEqual([...opened.leftOut], [['epoch', '3']]);
    opened.close();
  });
});

describe('a pytorch_model.bin that does not have all of its tensors', () => {
  refuses('a missing storage', 'missing-storage.bin', /'weight' needs 'missing-storage\/data\/0', which is missing/);
  refuses('a storage that is too short', 'short-storage.bin', /'weight' needs 16 bytes in '.*', which has 12/);
  refuses('a storage that is too long', 'long-storage.bin', /'weight' needs 16 bytes in '.*', which has 20/);
  refuses('a view beyond its storage', 'reaches-beyond.bin', /tensor 'weight' reaches to number 4 of a storage of 4/);
  refuses(
    'a view of absurd size',
    'huge.bin',
    /'weight' has shape \[1048576,1048576\], far more numbers than the file/,
  );
  refuses('negative strides', 'negative.bin', /tensor 'weight' has .* strides that are not at most 64 whole numbers/);
  refuses('a view that overlaps itself', 'overlapping.bin', /'weight' is a view .*; save its \.contiguous\(\)/);
  refuses('compression', 'compressed.bin', /'compressed\/\S+' is compressed/);
  refuses('big-endian numbers', 'big-endian.bin', /not little-endian/);
});

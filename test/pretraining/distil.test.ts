import assert from 'node:assert/strict';
import {
  AutoModel,
  type Distiller,
  type DistilOptions,
  distil,
  type HubertModel,
  ParameterError,
  Trainer,
  tf,
} from 'onpa';
import { seededWeights } from 'onpa/dist/doctor/seeded-weights.js';
import { fixture } from '../fixtures.js';
import { assertGradients, type Gradients } from '../hubert/gradients.js';
import { baseOf, type CheckpointPlan, forward, inputOf, inTemporaryFolder } from '../hubert/models.js';
import { quietly } from '../hubert/warnings.js';
import { camelCase, examples, extractor } from '../training/tiny.js';

interface DistillationCase extends Gradients {
  teacher: CheckpointPlan;
  tensors: Record<string, number[]>;
  /** In what the student differs from the teacher, under Python's names. */
  student: Record<string, number>;
  settings: Record<string, unknown>;
  run: string;
}

const reference = fixture<DistillationCase>('pretraining/distillation');
const { paper } = reference.cases;

/** Gives each parameter its seeded weights. */
function seed(model: HubertModel | Distiller, prefix: string): void {
  for (const [name, variable] of model.parameters) {
    tf.tidy(() => variable.assign(tf.tensor(seededWeights(prefix + name, variable.shape), variable.shape)));
  }
}

async function teacherOf(plan: CheckpointPlan): Promise<HubertModel> {
  const teacher = await baseOf(plan);
  seed(teacher, 'teacher.');
  return teacher;
}

describe('distil', () => {
  for (const [title, { teacher: plan, tensors, student, settings, run, ...expected }] of Object.entries(
    reference.cases,
  )) {
    it(`gives the loss and the gradients of s3prl: ${title}`, async () => {
      const teacher = await teacherOf(plan);
      const { outLayerInterDim, ...options } = camelCase(settings) as unknown as Omit<DistilOptions, 'teacher'>;
      const inner = outLayerInterDim === -1 ? {} : { outLayerInterDim };
      const narrower = Object.keys(student).length > 0 && {
        initTeacherConvLayers: false,
        initTeacherEncoderLayers: false,
      };
      const changes = { numHiddenLayers: 2, ...camelCase(student) };
      const distiller = distil({ teacher, student: changes, ...options, ...inner, ...narrower });
      seed(distiller, '');
      assert.deepEqual([...distiller.parameters.keys()].sort(), Object.keys(tensors).sort());
      const input = inputOf(forward.cases.group.runs[run]);
      const { loss, gradients } = distiller.lossAndGradients(input);
      const named = Object.entries(gradients).map(([name, x]) => [name, x.dataSync() as Float32Array] as const);
      const found = { loss: loss.dataSync()[0], gradients: new Map(named) };
      assertGradients(found, reference, title, expected, tensors);
      const output = distiller.forward(input);
      assert.ok(Math.abs(output.loss.dataSync()[0] - expected.loss) <= 1e-5);
      tf.dispose([loss, gradients, output]);
      distiller.dispose();
      teacher.dispose();
    });
  }

  describe('as a user has it', () => {
    let teacher: HubertModel;
    before(async () => {
      teacher = await teacherOf(paper.teacher);
    });
    after(() => teacher.dispose());

    it("begins with the teacher's convolutions and first layers, and only with those that it is told", () => {
      const begun = distil({ teacher, layers: [4], seed: 1 });
      const fresh = distil({ teacher, layers: [4], seed: 1, initTeacherEncoderLayers: false });
      const equal = (name: string, of: Distiller) =>
        tf.tidy(
          () => tf.all(tf.equal(of.parameters.get(`hubert.${name}`)!, teacher.parameters.get(name)!)).dataSync()[0],
        );
      for (const name of [
        'feature_extractor.conv_layers.3.conv.weight',
        'feature_projection.projection.bias',
        'encoder.pos_conv_embed.conv.parametrizations.weight.original1',
        'encoder.layers.0.attention.q_proj.weight',
        'encoder.layers.1.final_layer_norm.bias',
      ]) {
        assert.equal(equal(name, begun), 1, name);
        assert.equal(equal(name, fresh), name.startsWith('encoder.') ? 0 : 1, name);
      }
      assert.equal(begun.parameters.has('hubert.encoder.layers.2.attention.q_proj.weight'), false);
      begun.dispose();
      fresh.dispose();
    });

    it('leaves no tensors behind, and the teacher as it was', () => {
      const distiller = distil({ teacher, layers: [1, 4], seed: 1 });
      const input = inputOf(forward.cases.group.runs['batch-masked']);
      const count = tf.memory().numTensors;
      for (const mode of ['eval', 'train'] as const) {
        distiller[mode]();
        tf.dispose([distiller.forward(input), distiller.lossAndGradients(input)]);
        assert.equal(tf.memory().numTensors, count, mode);
      }
      assert.equal(teacher.training, false);
      distiller.dispose();
    });

    it('comes nearer to the teacher in a training, whose checkpoint is a student', () =>
      inTemporaryFolder(async (outputDir) => {
        const distiller = distil({ teacher, layers: [2, 4], seed: 1 });
        const clips = examples([8000, 6400, 7200, 9000, 6800, 7600, 8400, 8000], 0);
        const args = { outputDir, maxSteps: 20, learningRate: 3e-3, saveSteps: 20, reportTo: 'none' } as const;
        const trainer = new Trainer({
          model: distiller,
          args: { ...args, disableTqdm: true },
          trainDataset: clips,
          evalDataset: clips,
          featureExtractor: extractor(),
        });
        const before = await trainer.evaluate();
        await trainer.train();
        const after = await trainer.evaluate();
        assert.ok(after.eval_loss < 0.9 * before.eval_loss, `${before.eval_loss} → ${after.eval_loss}`);
        const student = await quietly(() => AutoModel.fromPretrained(`${outputDir}/checkpoint-20`));
        assert.equal(student.config.numHiddenLayers, 2);
        tf.tidy(() => {
          const input = { inputValues: [clips[0].inputValues] };
          const { lastHiddenState } = distiller.eval().forward(input);
          const off = tf.max(tf.abs(tf.sub(student.forward(input).lastHiddenState, lastHiddenState)));
          assert.ok(off.dataSync()[0] <= 1e-6);
        });
        student.dispose();
        distiller.dispose();
      }));

    const wrong: [string, Partial<DistilOptions>, RegExp][] = [
      ['layers that the teacher lacks', {}, /layers\[1\] is 8; the teacher has layers 1 to 4/],
      ['no layers', { layers: [] }, /layers is empty/],
      [
        'a student that is wider',
        { layers: [4], student: { hiddenSize: 32 } },
        /\[16, 10\] in the teacher and \[32, 10\]/,
      ],
      ['a student that is deeper', { layers: [4], student: { numHiddenLayers: 5 } }, /numHiddenLayers is 5/],
      ['other frames', { layers: [4], student: { convStride: [5, 2, 2, 2, 2, 2, 1] } }, /convStride/],
      ['another loss', { layers: [4], lossType: 'l3' as 'l1' }, /lossType is 'l3'/],
      ["Python's names", { layers: [4], ['cosine_loss' as 'cosineLoss']: 1 }, /give cosineLoss/],
    ];
    for (const [title, options, message] of wrong) {
      it(`refuses ${title}`, () => {
        const count = tf.memory().numTensors;
        assert.throws(
          () => distil({ teacher, ...options }),
          (error) => error instanceof ParameterError && message.test(error.message),
        );
        assert.equal(tf.memory().numTensors, count);
      });
    }

    it('refuses features in place of sound, and to freeze its encoder', () => {
      const distiller = distil({ teacher, layers: [4] });
      const inputValues = [Float32Array.from({ length: 4000 }, (_, t) => Math.sin(t))];
      const extractFeatures = distiller.extractFeatures({ inputValues });
      assert.throws(() => distiller.forward({ extractFeatures }), /the teacher needs the sound/);
      assert.throws(() => distiller.freezeFeatureEncoder(), /featureGradMult: 0/);
      extractFeatures.dispose();
      distiller.dispose();
    });
  });
});

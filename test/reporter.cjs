const { Spec } = require('mocha/lib/mocha').reporters;

/** Mocha's `spec`, closed by one line that a machine can read: `12 passed, 0 failed`. */
class Reporter extends Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ''}`);
  }
}

module.exports = Reporter;

#!/bin/bash
# Trains on a cluster with Slurm, from a checkout that all nodes see, after `npm run setup` there:
#   sbatch --job-name=gtzan --array=1-5 deploy/slurm.sh --dataset marsyas/gtzan --model ntu-spml/distilhubert
# A task of the array trains with its number as the seed, into runs/<name of the job>/<number>. With TRIALS=trials.txt it also has
# the flags in the line of that number. What sbatch is told takes the place of the lines below.
#SBATCH --array=42
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=12:00:00
#SBATCH --output=%x-%A-%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
# Five minutes before its time is over, to save and to begin again.
#SBATCH --signal=B:USR1@300
set -u

task="$SLURM_ARRAY_TASK_ID"
trial=()
if [ -n "${TRIALS:-}" ]; then
  lines="$(grep -c '' "$TRIALS")"
  if [ "${lines:-0}" -lt "$task" ]; then
    echo "$TRIALS has no line $task" >&2
    exit 2
  fi
  read -ra trial <<< "$(sed -n "${task}p" "$TRIALS")"
fi

# A signal may come before there is a job to hand it on to.
job=
stop() { asked=1; [ -z "$job" ] || kill -TERM "$job"; }
trap stop TERM
trap 'again=1; stop' USR1
node lib/bin/onpa.mjs train --seed "$task" "$@" ${trial[@]+"${trial[@]}"} --output_dir "${RUNS:-runs}/$SLURM_JOB_NAME/$task" &
job=$!
[ -z "${asked:-}" ] || stop

# A signal ends a wait, not the job: that is waited for again.
wait "$job"
code=$?
while [ -n "${asked:-}" ]; do
  asked=
  wait "$job"
  code=$?
done

# 75: stopped and saved. By SIGTERM Slurm ends what was cancelled, or what it begins again by itself.
if [ "$code" = 75 ] && [ -n "${again:-}" ]; then exec scontrol requeue "$SLURM_JOB_ID"; fi
exit "$code"

#!/bin/bash
# Trains on Hugging Face Jobs, and pushes the model to the repository of that name:
#   IMAGE=ghcr.io/OWNER/onpa BUCKET=OWNER/runs deploy/hf-jobs.sh ft-hubert-on-gtzan --dataset marsyas/gtzan --model ntu-spml/distilhubert
# The checkpoints lie in a bucket, from which the next attempt goes on. HF_TOKEN is passed on as a secret.
set -euo pipefail

name="$1"
shift
exec hf jobs run --detach --name "$name" --flavor "${FLAVOR:-cpu-xl}" --timeout "${TIMEOUT:-12h}" --attempts "${ATTEMPTS:-5}" \
  --secrets HF_TOKEN --volume "hf://buckets/$BUCKET:/runs" "$IMAGE" \
  node /opt/onpa/lib/bin/onpa.mjs train "$@" --output_dir "/runs/$name" --push_to_hub

"""coach against a server that nobody here wrote: `transformers serve`, with a tiny Llama of random weights.

What such a model says is noise; what is tried is the protocol: what `coach doctor --endpoint` finds, and that a whole meeting
goes on, with the record saying who spoke each line. Not part of the suite. From the project's folder:

    python3 -m venv peer && peer/bin/pip install "transformers[serving]" torch
    .venv/bin/python tests/peers/transformers_serve.py peer
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

from coach.errors import CoachError
from coach.meeting import LOCAL_TRAINEE
from coach.settings import Embeddings, Engine, Settings
from coach.wiring import Coach

PORT = 8765
MAKE = """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers, decoders, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
import torch
torch.manual_seed(0)
folder, *texts = sys.argv[1:]
made = Tokenizer(models.BPE())
made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
made.train(texts, trainers.BpeTrainer(vocab_size=2000, special_tokens=["<s>", "</s>"],
                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="</s>")
tokenizer.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\\n{% endfor %}assistant:"
tokenizer.save_pretrained(folder)
model = LlamaForCausalLM(LlamaConfig(
    vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=8192, bos_token_id=0, eos_token_id=1, pad_token_id=1))
# Noise does not come to an end by itself; so each fifteenth token ends it.
model.generation_config.eos_token_id = list(range(1, len(tokenizer), 15))
model.save_pretrained(folder)
"""
REPLIES = ("That is big news. How are you doing?", "Who are you most worried about?", "Our module saves 20%.",
           "I'm sorry. Go on.")


def main(venv: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        model = Path(work) / "tiny-llama"
        texts = map(str, Path("knowledge").glob("*.md"))
        subprocess.run([venv / "bin" / "python", "-c", MAKE, model, *texts], check=True)
        server = subprocess.Popen(
            [venv / "bin" / "transformers", "serve", str(model), "--port", str(PORT), "--host", "127.0.0.1"],
            env=os.environ | {"HF_HUB_OFFLINE": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{PORT}/health", server)
            home = Path(work) / "home"
            address = f"http://127.0.0.1:{PORT}/v1"
            settings = Settings(home=home, engine=Engine.MODEL, openai_base_url=address, model=str(model), model_timeout=120,
                                model_retries=0, embeddings=Embeddings.LEXICAL)
            told = {"COACH_HOME": str(home), "OPENAI_BASE_URL": settings.openai_base_url, "COACH_MODEL": settings.model,
                    "COACH_MODEL_TIMEOUT": "120", "COACH_EMBEDDINGS": "lexical"}
            subprocess.run([sys.executable, "-m", "coach", "doctor", "--endpoint"], env=os.environ | told, check=False)
            meet(Coach(settings))
        finally:
            server.terminate()
            server.wait()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Until the server answers, or has ended."""
    for _ in range(240):
        if server.poll() is not None:
            raise SystemExit(f"The server ended with code {server.returncode}.")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("The server did not answer within two minutes.")


def meet(coach: Coach) -> None:
    """A whole meeting, and who made what in it."""
    coach.index()
    meeting = coach.practice.begin("acquisition-news", LOCAL_TRAINEE, 1)
    for number, reply in enumerate(REPLIES, start=1):
        start = time.perf_counter()
        exchange = coach.practice.reply(meeting.id, LOCAL_TRAINEE, number, reply)
        judged = exchange.score.source.engine if exchange.score else "nobody"
        print(f"reply {number}: {time.perf_counter() - start:.1f} s, voice: {exchange.voice}, scored by: {judged}\n"
              f"   {exchange.line}")
    ended = coach.practice.end(meeting.id, LOCAL_TRAINEE)
    coach.practice.debrief(ended)
    print("lines by:", dict(Counter(one.voice.split(" (")[0] for one in ended.exchanges)), "ending:", ended.ending)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except (IndexError, CoachError) as error:
        raise SystemExit(f"Usage: transformers_serve.py VENV ({error})") from error

"""核对本资料包：在解压后的文件夹中运行 python check.py，逐个文件与 SHA256SUMS 比较。

Goes into every pack as it stands: Python's own library is all it needs.
"""

import hashlib
import io
import sys
from pathlib import Path

SUMS = "SHA256SUMS"


def check(folder: Path) -> dict[str, str]:
    """File -> 一致, 不一致, 缺少 (listed, not there) or 多出 (there, not listed)."""
    lines = (folder / SUMS).read_text("utf-8").splitlines()
    listed = {name: told for told, _, name in (line.partition("  ") for line in lines)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found = dict.fromkeys(there - listed.keys() - {SUMS}, "多出")
    for name, told in listed.items():
        if name not in there:
            found[name] = "缺少"
        else:
            same = hashlib.sha256((folder / name).read_bytes()).hexdigest() == told
            found[name] = "一致" if same else "不一致"
    return found


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    found = check(Path(__file__).resolve().parent)
    for name in sorted(found):
        sys.stdout.write(f"{found[name]}  {name}\n")
    wrong = sum(state != "一致" for state in found.values())
    told = f"不一致：{wrong} 个文件有问题" if wrong else f"一致：{len(found)} 个文件全部相符"
    sys.stdout.write(f"结论  {told}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

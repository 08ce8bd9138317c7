"""Empty stand-ins for the GPU libraries that torch's wheel links but a CPU run never calls: the symbols with their versions,
and nothing behind them.

    python training/encoder/gpu-stubs.py TORCH/lib STUBS
"""
import re, subprocess, sys, collections, os
lib, out = sys.argv[1], sys.argv[2]
os.makedirs(out, exist_ok=True)
stub = ['libcusparse.so.12','libcufft.so.11','libcufile.so.0','libcusparseLt.so.0','libnccl.so.2','libcurand.so.10','libcublas.so.12','libcublasLt.so.12','libcudnn.so.9','libcusolver.so.11','libnvshmem_host.so.3']
ver = collections.defaultdict(set)  # soname -> versions
need = collections.defaultdict(set) # version -> symbols
for f in ['libtorch_cuda.so','libtorch_cuda_linalg.so','libtorch_nvshmem.so','libtorch_python.so','libc10_cuda.so','libtorch_cpu.so']:
    p = f'{lib}/{f}'
    cur=None
    for line in subprocess.run(['readelf','-V','-W',p],capture_output=True,text=True).stdout.splitlines():
        m=re.search(r'File: (\S+)',line)
        if m: cur=m[1]
        m=re.search(r'Name: (\S+)\s+Flags',line)
        if m and cur: ver[cur].add(m[1])
    for line in subprocess.run(['readelf','--dyn-syms','-W',p],capture_output=True,text=True).stdout.splitlines():
        if ' UND ' in line:
            s=line.split()[7] if len(line.split())>7 else ''
            if '@' in s:
                n,v=s.split('@',1); need[v.lstrip('@').split()[0]].add(n)
            else: need[''].add(s)
for l in stub:
    src=''; script=''
    for v in ver.get(l,()):
        names=sorted(need[v]); src+=''.join(f'void {n}(void){{}}\n' for n in names)
        script+=f'{v} {{ global: {"; ".join(names)}; }};\n' if names else f'{v} {{ }};\n'
    if not ver.get(l):
        pre={'libcufft.so.11':'cufft','libnccl.so.2':'nccl','libcudnn.so.9':'cudnn','libcufile.so.0':'cuFile','libcusparseLt.so.0':'cusparseLt','libcurand.so.10':'curand'}.get(l)
        if pre: src=''.join(f'void {n}(void){{}}\n' for n in sorted(need['']) if n.startswith(pre))
    open('/tmp/s.c','w').write(src); open('/tmp/s.map','w').write(script)
    cmd=['gcc','-shared','-fPIC','-o',f'{out}/{l}',f'-Wl,-soname,{l}','/tmp/s.c']+(['-Wl,--version-script=/tmp/s.map'] if script else [])
    subprocess.run(cmd,check=True)

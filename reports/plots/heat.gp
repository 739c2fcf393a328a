height = 70 + 38 * lines
eval svg(440, height)
unset border
unset grid
set tics scale 0
set xrange [-0.5:columns - 0.5]
set yrange [lines - 0.5:-0.5]
set lmargin at screen 0.24
set rmargin at screen 0.985
set tmargin at screen 1 - 28.0 / height
set bmargin at screen 42.0 / height
set label 101 'blocking MCxKCxNC' at screen 0.015,1 - 14.0 / height left tc rgb mute
set label 102 'threads' at screen 0.985,9.0 / height right tc rgb mute
set label 103 'GFLOP/s' at screen 0.985,1 - 14.0 / height right tc rgb mute
data = name.'.dat'
set output name.'.svg'.part
plot for [i = 0:5] data index 'shade'.i using 1:2:(0.48):(0.46) with boxxyerror lc rgb link fs transparent solid (0.04 + 0.09 * i) noborder notitle, \
     data index 'tied' using 1:2:(0.46):(0.43) with boxxyerror lc rgb ink lw 1.3 dt (4,2) fs empty notitle, \
     data index 'best' using 1:2:(0.46):(0.43) with boxxyerror lc rgb ink lw 2.5 fs empty notitle, \
     data index 'cells' using 1:($2 - 0.16):5 with labels tc rgb ink notitle, \
     data index 'cells' using 1:($2 + 0.22):6 with labels font ',10' tc rgb mute notitle
unset output

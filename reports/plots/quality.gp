set logscale x
set mxtics 1
set lmargin at screen 0.13
set rmargin at screen 0.96
set tmargin at screen 0.885
set bmargin at screen 0.14
eval svg(440, 340)
eval axes(axis, 'tokens/s')
set output name.'.svg'.part
plot name.'.dat' index 'best' using 1:2 with steps lw 1.5 lc rgb rule notitle, \
     name.'.dat' index 'best' using 1:2:3:4 with yerrorbars pt 7 ps 0.6 lw 1.5 lc rgb q8_0 notitle, \
     name.'.dat' index 'beaten' using 1:2:3:4 with yerrorbars pt 6 ps 0.6 lw 1.5 lc rgb mute notitle
unset output
